"""Where evidence comes from: AWS services, and answers saved earlier. Sources state facts and never judge."""
