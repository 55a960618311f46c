"""The policy: its language, its loader, and the judgement that it passes on scans."""
