#!/bin/sh
# What is written by hand in many pipelines: poll, fetch, count by severity, compare. Usage: with_cli.sh REPOSITORY TAG
set -eu
while :; do
  status=$(aws ecr describe-image-scan-findings --repository-name "$1" --image-id imageTag="$2" --max-items 1 \
    --query imageScanStatus.status --output text | head -n 1)
  case $status in
    COMPLETE | ACTIVE) break ;;
    PENDING | IN_PROGRESS) sleep 5 ;;
    *) echo "the scan is $status" >&2; exit 3 ;;
  esac
done
aws ecr describe-image-scan-findings --repository-name "$1" --image-id imageTag="$2" --page-size 1000 --output json >findings.json
jq -e '[(.imageScanFindings.findings // [])[], (.imageScanFindings.enhancedFindings // [])[]] | group_by(.severity)
  | map({(.[0].severity): length}) | add // {}' findings.json
