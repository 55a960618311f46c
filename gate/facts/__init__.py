"""What is known of a vulnerability beyond the scan: CISA's catalogue, FIRST's scores. Files state it; none is asked."""
