//! The checks: one file each, and one list.

use sigwise_sigma::{File, ProblemKind};

use crate::check::Check;
use crate::diagnostic::Diagnostic;
use crate::engine::Context;
use crate::report::Report;

macro_rules! checks {
    ($($name:ident),* $(,)?) => {
        $(mod $name;)*

        /// Every check, in the order of their names.
        pub static ALL: &[&Check] = &[$(&$name::CHECK),*];
    };
}

checks! {
    all_of_them,
    ambiguous_scalar,
    banned_falsepositive,
    broad_selection,
    condition_syntax,
    constant_condition,
    control_character,
    deprecated_action,
    deprecated_fields,
    disallowed_tlp_tag,
    double_wildcard,
    duplicate_filename,
    duplicate_id,
    duplicate_list_item,
    duplicate_modifier,
    duplicate_name,
    duplicate_reference,
    duplicate_tag,
    duplicate_title,
    duplicate_value,
    empty_selection,
    empty_value_list,
    escaped_wildcard,
    file_too_large,
    generic_logsource_available,
    inactive_status,
    invalid_alias,
    invalid_car_tag,
    invalid_cidr,
    invalid_correlation_condition,
    invalid_correlation_type,
    invalid_cve_tag,
    invalid_d3fend_tag,
    invalid_date,
    invalid_detection_tag,
    invalid_level,
    invalid_license,
    invalid_modifier_combination,
    invalid_modifier_value,
    invalid_regex,
    invalid_related,
    invalid_status,
    invalid_stp_tag,
    invalid_timespan,
    invalid_tlp_tag,
    invalid_type,
    invalid_uuid,
    link_in_description,
    logsource_format,
    long_title,
    lowercase_falsepositive,
    mismatched_filter_logsource,
    misplaced_key,
    missing_author,
    missing_condition,
    missing_correlation_condition,
    missing_correlation_field,
    missing_correlation_rules,
    missing_date,
    missing_description,
    missing_detection,
    missing_event_id,
    missing_exclusion,
    missing_falsepositives,
    missing_filter_rules,
    missing_folder_tag,
    missing_group_by,
    missing_id,
    missing_level,
    missing_logsource,
    missing_references,
    missing_status,
    missing_tags,
    missing_timespan,
    missing_title,
    misspelled_falsepositive,
    misspelled_field,
    misspelled_key,
    misspelled_value,
    mitre_reference,
    modified_before_date,
    modified_without_date,
    multiple_detection_tags,
    multiple_tlp_tags,
    non_permanent_reference,
    non_random_uuid,
    number_as_string,
    of_without_wildcard,
    operator_prefixed_selection,
    premature_status,
    redundant_modified,
    retired_attack_tag,
    self_referencing_correlation,
    short_description,
    single_of_pattern,
    single_of_them,
    single_value_all,
    spaced_field_name,
    subsumed_value,
    suggested_technique,
    tactic_without_technique_match,
    tag_format,
    technique_without_tactic,
    title_case,
    title_not_first,
    title_starts_with_detect,
    title_trailing_dot,
    too_few_correlation_rules,
    too_long_value,
    too_short_value,
    trademark_word,
    twin_value,
    unconventional_filename,
    unknown_action,
    unknown_attack_tag,
    unknown_correlation_key,
    unknown_event_id,
    unknown_key,
    unknown_logsource,
    unknown_logsource_key,
    unknown_modifier,
    unknown_rule_in_condition,
    unknown_rule_reference,
    unknown_selection,
    unknown_selection_pattern,
    unknown_suppression,
    unknown_tag_namespace,
    unsupported_regex_group,
    unused_alias,
    unused_rule_in_condition,
    unused_selection,
    unused_suppression,
    unusual_filename_prefix,
    uppercase_key,
    uppercase_operator,
    useless_correlation_field,
    wildcard_instead_of_modifier,
    yaml_alias_expansion,
    yaml_duplicate_key,
    yaml_encoding,
    yaml_final_newline,
    yaml_indentation,
    yaml_line_ending,
    yaml_not_a_map,
    yaml_syntax,
    yaml_tab,
    yaml_trailing_blank,
}

/// How many checks there are.
pub const COUNT: usize = ALL.len();

/// The checks that a name stands for: the check of this name, else all that have it as an alias (the official linter
/// has one validator for what are several checks here).
pub fn named(name: &str) -> impl Iterator<Item = usize> {
    let exact = ALL.iter().position(|check| check.id == name);
    let by_alias = ALL.iter().enumerate().filter(move |(_, check)| exact.is_none() && check.aliases.contains(&name));
    exact.into_iter().chain(by_alias.map(|(index, _)| index))
}

/// The check of exactly this name.
pub fn get(id: &str) -> Option<&'static Check> {
    by_id(id).map(|(_, check)| check)
}

/// The check of exactly this name, with its number in [`ALL`].
pub(crate) fn by_id(id: &str) -> Option<(usize, &'static Check)> {
    ALL.iter().position(|check| check.id == id).map(|index| (index, ALL[index]))
}

/// What is said of a file which is no Sigma file, and only if the user named it: that it is none, or too large to tell.
pub(crate) fn report_named(file: &File, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for (id, kind) in [("yaml-not-a-map", ProblemKind::NotAMap), ("file-too-large", ProblemKind::TooLarge)] {
        if let Some((index, check)) = by_id(id).filter(|(index, _)| cx.settings.is_enabled(*index)) {
            Report::new(check, 0, cx.settings.severity(index), out).problems(file, kind);
        }
    }
}
