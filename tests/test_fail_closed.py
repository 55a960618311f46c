"""The index of tests/fail_closed: every way in which a gate is known to have passed without evidence, and its tests.

The troubles are numbered as in the list that issue 2 names (82, gathered from public issues of gates over ECR); the
ways are twelve faults that were found in well-known tools. Each test is named after what happened and says where.
"""

import ast
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "fail_closed"
WAYS: dict[int, tuple[str, ...]] = {
    1: ("test_a_running_scan_was_reported_clean",),
    2: ("test_an_unsupported_scan_was_reported_clean",),
    3: ("test_a_stricter_setting_named_no_branch", "test_a_setting_that_names_nothing_is_refused"),
    4: ("test_rank_zero_was_falsy_and_critical_became_least",),
    5: ("test_an_unknown_severity_was_the_lowest",),
    6: ("test_a_failed_lookup_was_skipped_while_deciding",),
    7: ("test_no_policy_matched_and_nothing_failed", "test_the_policy_was_not_where_the_pipeline_looked"),
    8: ("test_an_api_error_was_logged_and_the_result_empty",),
    9: ("test_a_crash_was_exit_code_zero", "test_a_crash_over_the_policy_was_exit_code_zero"),
    10: ("test_an_invalid_waiver_file_became_the_default",),
    11: ("test_the_last_target_overwrote_the_exit_code",),
    12: ("test_the_format_of_the_report_changed_the_exit_code",),
}
TROUBLES: dict[int, tuple[str, ...]] = {
    1: ("test_complete_came_minutes_before_the_findings", "test_complete_and_the_findings_never_came"),
    2: ("test_an_active_scan_is_ready_though_the_sdk_waits_for_complete",),
    3: ("test_the_status_told_the_wrong_kind_of_scan",),
    4: ("test_findings_of_the_other_shape_were_not_seen",),
    5: ("test_a_pending_scan_lists_both_kinds_empty",),
    6: ("test_a_status_word_nobody_expected",),
    7: ("test_counts_grew_after_complete",),
    8: ("test_no_scan_record_for_a_minute_after_the_push",),
    9: ("test_the_registry_moved_to_enhanced",),
    10: ("test_scan_not_found_was_a_null_reference",),
    11: ("test_a_scan_on_push_raced_with_the_gate",),
    12: ("test_a_scan_was_started_in_an_enhanced_registry",),
    13: ("test_one_scan_a_day_looked_like_throttling", "test_the_old_scan_stood_in_for_the_one_that_was_started"),
    14: ("test_nobody_can_start_an_enhanced_scan",),
    15: ("test_aws_stopped_scanning_the_image",),
    16: ("test_nobody_knows_how_long_a_scan_takes",),
    17: ("test_a_field_was_null_and_the_script_passed",),
    18: ("test_scanning_was_never_switched_on",),
    19: ("test_the_tag_was_not_visible_right_after_the_push",),
    21: ("test_the_counts_covered_the_first_page_only",),
    22: ("test_a_page_held_a_hundred_whatever_was_asked",),
    23: ("test_the_saved_list_was_cut_by_max_items",),
    24: ("test_an_old_sdk_dropped_the_enhanced_list", "test_an_old_sdk_is_never_installed"),
    25: ("test_a_page_of_more_than_a_hundred_was_refused",),
    26: ("test_seven_of_a_hundred_findings_were_counted", "test_fewer_findings_were_listed_than_counted"),
    27: ("test_a_clean_answer_had_no_counts",),
    28: ("test_basic_scanning_never_says_whether_a_fix_exists",),
    29: ("test_listed_and_declared_differed",),
    30: ("test_describe_images_summed_the_scan_up",),
    31: ("test_the_findings_were_dropped_and_the_image_looked_clean", "test_a_later_page_was_empty_of_everything"),
    32: ("test_an_incomplete_scan_was_an_empty_list",),
    33: ("test_stale_basic_findings_stood_in_for_enhanced_ones",),
    34: ("test_coverage_without_a_row_was_taken_for_covered",),
    35: ("test_the_repositorys_own_scan_flag_was_believed",),
    36: ("test_undefined_was_no_severity_that_was_gated",),
    37: ("test_a_severity_nobody_knows_was_negligible", "test_a_finding_without_a_severity_was_no_finding"),
    38: ("test_untriaged_was_counted_by_nobody",),
    39: ("test_the_severity_word_hid_the_score",),
    40: ("test_a_finding_had_no_score_and_no_cve",),
    41: ("test_one_cve_was_listed_once_for_each_package",),
    42: ("test_an_ignored_cve_still_failed_at_its_second_package",),
    43: ("test_ignoring_one_cve_hid_another_that_begins_like_it",),
    44: ("test_ignores_went_stale_and_stayed", "test_a_useless_ignore_may_fail_the_build"),
    45: ("test_kernel_cves_came_with_the_headers",),
    47: ("test_scores_were_read_from_members_that_do_not_exist", "test_a_rule_over_epss_was_blank_and_passed"),
    48: ("test_thresholds_were_ranked_by_the_alphabet",),
    49: ("test_closed_findings_were_shown_as_open",),
    50: ("test_suppressed_findings_were_gone",),
    52: ("test_an_image_that_aws_cannot_scan", "test_a_failed_scan_is_not_an_unsupported_image"),
    53: ("test_distroless_was_complete_and_empty",),
    55: ("test_status_and_findings_were_null",),
    56: ("test_what_is_no_image_was_accepted_as_one", "test_a_signature_had_the_config_of_an_image"),
    57: ("test_the_image_was_too_large_and_nobody_said_so",),
    58: ("test_an_index_was_not_scanned", "test_an_index_in_an_index_hid_what_it_holds"),
    59: ("test_an_attestation_made_a_single_image_an_index", "test_a_bad_image_dressed_as_an_attestation"),
    60: ("test_the_digest_of_the_index_is_not_that_of_the_image",),
    61: ("test_only_the_index_was_tagged",),
    62: (
        "test_an_index_held_no_image_and_nothing_was_wrong_with_it",
        "test_an_index_lacked_a_platform_and_fell_open",
        "test_a_platform_that_nobody_named_satisfied_the_policy",
    ),
    63: ("test_the_windows_image_could_not_be_scanned",),
    64: (
        "test_the_second_of_two_images_of_one_platform_was_not_looked_at",
        "test_one_platform_was_still_being_scanned",
    ),
    65: (
        "test_the_tag_moved_to_another_index",
        "test_the_tag_moved_while_the_gate_waited",
        "test_the_tag_of_an_unsupported_image_moved",
        "test_a_tag_given_with_its_digest_only_warns_when_it_moves",
    ),
    67: ("test_tag_and_digest_were_empty",),
    68: ("test_missing_rights_came_as_an_internal_server_error",),
    69: (
        "test_another_accounts_enhanced_scan_is_never_found",
        "test_a_role_in_the_other_account_finds_the_enhanced_scan",
    ),
    70: ("test_read_only_access_lacks_inspector",),
    71: ("test_access_denied_was_asked_again_and_again",),
    72: ("test_the_host_was_not_of_the_commercial_partition", "test_a_host_of_no_partition_is_refused"),
    75: (
        "test_ecr_throttled_the_pipeline",
        "test_throttling_that_does_not_end_is_no_verdict",
        "test_image_builder_throttled_the_pipeline",
    ),
    82: (
        "test_image_scanning_was_left_off",
        "test_an_on_demand_scan_is_listed_elsewhere",
        "test_the_list_was_empty_since_nothing_was_collected",
        "test_nobody_knows_when_a_build_was_scanned",
        "test_an_older_build_of_the_pipeline_was_clean",
        "test_the_counts_could_not_be_compared",
    ),
}
NO_TEST: dict[int, str] = {
    20: "docs/questions.md: push to a staging repository, promote by digest",
    46: "rules over a fix that only subscribers get come with the rest of the policy language",
    51: "the gate takes no events as evidence; tests/conformance refuses a recorded one",
    54: "as 52; docs/questions.md: a new release of an operating system",
    66: "docs/questions.md: which digest was judged; a digest is a target, see number 65",
    73: "docs/questions.md: pull-through caches need a scanning filter; number 18 is the same state",
    74: "docs/questions.md: from Terraform by the exit code",
    76: "the step summary and comments come with the other reports",
    77: "the action comes later; the environment variables that it needs are here",
    78: "the action comes later",
    79: "Inspector is not asked yet; the double checks every request against botocore's model",
    80: "the gate exports no SBOM",
    81: "a wish of AWS's users, which the policy is",
}
ASKED = (
    {*range(1, 12), *range(15, 20), *range(21, 25), *range(27, 34), *range(36, 46)}
    | {47, 48, 50, 52, 53, 65, *range(67, 73), 75}
)  # fmt: skip
"""The troubles that issue 2 wants a test for."""


def written() -> dict[str, str]:
    """Return every test of the folder with its docstring."""
    return {
        node.name: ast.get_docstring(node) or ""
        for path in sorted(FOLDER.glob("test_*.py"))
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def test_every_way_and_every_trouble_has_a_test_or_a_line() -> None:
    assert WAYS.keys() == set(range(1, 13))
    assert TROUBLES.keys() | NO_TEST.keys() == set(range(1, 83))
    assert not TROUBLES.keys() & NO_TEST.keys()
    assert TROUBLES.keys() >= ASKED
    assert all(NO_TEST.values())


def test_the_index_names_every_test_once() -> None:
    named = [name for names in (*WAYS.values(), *TROUBLES.values()) for name in names]
    assert len(named) == len(set(named))
    assert set(named) == written().keys()


@pytest.mark.parametrize(("name", "docstring"), written().items(), ids=written())
def test_a_test_says_where_it_happened(name: str, docstring: str) -> None:
    assert docstring.startswith("https://"), name
