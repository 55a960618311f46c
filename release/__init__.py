"""What a release is made with beside hatchling: the audit of what is pinned, the SBOM, and the hashes to compare."""
