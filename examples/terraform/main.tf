# Terraform: an image that does not pass is not deployed; plan and apply are refused with the gate's reason.
#
# Adapt: the default of `image` (or give it with -var), gate.yaml beside this file, and the resource at the end, which stands for
# whatever runs the image. It takes the image from the gate's answer, so that it cannot do without it. `gate` and python3 must be
# where Terraform runs, with the rights that docs/ci/terraform.md lists.
terraform {
  required_version = ">= 1.4"
  required_providers {
    external = {
      source  = "hashicorp/external"
      version = "~> 2.3"
    }
  }
}

variable "image" {
  description = "The image, by digest: a tag may be another image by the time that it is pulled."
  type        = string
  nullable    = false
}

data "external" "scan_gate" {
  program = ["python3", "${path.module}/scan_gate.py"]
  query = {
    image    = var.image
    policy   = "${path.module}/gate.yaml"
    document = "${path.root}/scan-gate.json"
    wait     = "15m"
  }

  lifecycle {
    postcondition {
      condition     = self.result.exit_code == "0"
      error_message = "scan-gate (exit ${self.result.exit_code}): ${self.result.reason}"
    }
  }
}

resource "terraform_data" "service" {
  # Empty unless the image passed.
  input = data.external.scan_gate.result.image

  lifecycle {
    precondition {
      condition     = data.external.scan_gate.result.image == var.image
      error_message = "Only the image that scan-gate has judged may be deployed."
    }
  }
}
