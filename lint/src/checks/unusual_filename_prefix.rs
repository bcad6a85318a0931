//! `unusual-filename-prefix`

use std::fmt;

use sigwise_sigma::RuleKind;
use sigwise_sigma::detection::LogSource;

use crate::declare_check;
use crate::diagnostic::Severity;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;

declare_check! {
    /// Reports files whose name does not begin as SigmaHQ's files for this log source do.
    ///
    /// The prefix tells the log source at a glance: `proc_creation_win_`, `lnx_auditd_`, `aws_`, `correlation_` (*SigmaHQ Filename
    /// Conventions*). SigmaHQ's own continuous integration does not enforce it but for correlations.
    ///
    /// ## Fires
    /// ```yaml rules/image_load_whoami_execution.yml
    /// title: Whoami Execution
    /// #      ^^^^^^^^^^^^^^^^ unusual-filename-prefix
    /// logsource:
    ///     category: process_creation
    ///     product: windows
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml rules/proc_creation_win_whoami_execution.yml
    /// title: Whoami Execution
    /// logsource:
    ///     category: process_creation
    ///     product: windows
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    "unusual-filename-prefix" {
        group: Metadata, profile: SigmaHq, severity: Info, fix: None,
        aliases: [
            "sigmahq_filename_prefix", "SigmahqFilenamePrefixIssue", "sigmahq_correlation_filename_prefix",
            "SigmahqCorrelationFilenamePrefixIssue", "filename-prefix", "correlation-filename-prefix", "test_file_names",
        ],
        since: "0.1.0",
        run: Document(unusual_filename_prefix),
    }
}

fn unusual_filename_prefix(rule: &RuleDocument<'_>, cx: &Context<'_>, report: &mut Report<'_>) {
    let name = cx.path.rsplit('/').next().unwrap_or_default();
    if !name.ends_with(".yml") && !name.ends_with(".yaml") {
        return;
    }
    match rule.kind() {
        RuleKind::Correlation => {
            if !name.starts_with("correlation_") {
                report
                    .at(rule.head(), format!("the file name `{name}` does not begin with `correlation_`"))
                    .severity(Severity::Warning);
            }
        }
        // A file that holds a correlation as well is named after that.
        RuleKind::Detection if rule.file.documents.len() == 1 => {
            let Some(logsource) = rule.document.logsource() else { return };
            let prefix = Prefix::of(logsource);
            if !prefix.fits(name) {
                report
                    .at(rule.head(), format!("the file name `{name}` does not begin with `{prefix}`"))
                    .note("that is how SigmaHQ names rules of this log source");
            }
        }
        RuleKind::Detection | RuleKind::Filter => {}
    }
}

/// How a file name begins.
enum Prefix {
    /// With this.
    Fixed(&'static str),
    /// With this, and the system.
    System(&'static str, &'static str),
    /// With this, and the service.
    Service(&'static str, String),
    /// There is no rule for this log source.
    Any,
}

impl Prefix {
    fn of(logsource: &LogSource) -> Self {
        let (category, product, service) = logsource.triple();
        let system = match product {
            Some("windows") => Some("win_"),
            Some("linux") => Some("lnx_"),
            Some("macos") => Some("macos_"),
            _ => None,
        };
        if let Some(category) = category {
            let known = CATEGORIES.iter().find(|(name, ..)| *name == category);
            return match (known, system) {
                (Some((_, prefix, false)), _) => Self::Fixed(prefix),
                (Some((_, prefix, true)), Some(system)) => Self::System(prefix, system),
                _ => Self::Any,
            };
        }
        if let Some(product) = product
            && let Some((_, prefix)) = PRODUCTS.iter().find(|(name, _)| *name == product)
        {
            return Self::Fixed(prefix);
        }
        match (product, service) {
            (Some("windows"), Some(service)) => match WINDOWS.iter().find(|(name, _)| *name == service) {
                Some((_, prefix)) => Self::Fixed(prefix),
                None => Self::Fixed("win_"),
            },
            (Some("linux"), Some(service)) => Self::Service("lnx_", service.replace('-', "_")),
            (Some("windows"), None) => Self::Fixed("win_"),
            (Some("linux"), None) => Self::Fixed("lnx_"),
            _ => Self::Any,
        }
    }

    fn fits(&self, name: &str) -> bool {
        match self {
            Self::Fixed(prefix) => name.starts_with(prefix),
            Self::System(prefix, system) => {
                name.strip_prefix(prefix).is_some_and(|rest| rest.starts_with(system))
            }
            // The service may be written in short: `lnx_vsftp_` for `vsftpd`.
            Self::Service(prefix, service) => name.strip_prefix(prefix).is_some_and(|rest| {
                let word = rest.split('_').next().unwrap_or_default();
                rest.starts_with(service.as_str()) || (word.len() > 2 && service.starts_with(word))
            }),
            Self::Any => true,
        }
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(prefix) => f.write_str(prefix),
            Self::System(prefix, system) => write!(f, "{prefix}{system}"),
            Self::Service(prefix, service) => write!(f, "{prefix}{service}_"),
            Self::Any => Ok(()),
        }
    }
}

/// Categories with the beginning of the file name, and whether the system follows.
const CATEGORIES: [(&str, &str, bool); 29] = [
    ("create_remote_thread", "create_remote_thread_win_", false),
    ("create_stream_hash", "create_stream_hash_", false),
    ("dns", "net_dns_", false),
    ("dns_query", "dns_query_", true),
    ("driver_load", "driver_load_", true),
    ("file_access", "file_access_", true),
    ("file_change", "file_change_", true),
    ("file_delete", "file_delete_", true),
    ("file_event", "file_event_", true),
    ("file_rename", "file_rename_", true),
    ("firewall", "net_firewall_", false),
    ("image_load", "image_load_", false),
    ("network_connection", "net_connection_", true),
    ("pipe_created", "pipe_created_", false),
    ("process_access", "proc_access_", true),
    ("process_creation", "proc_creation_", true),
    ("process_tampering", "proc_tampering_", false),
    ("proxy", "proxy_", false),
    ("ps_classic_start", "posh_pc_", false),
    ("ps_module", "posh_pm_", false),
    ("ps_script", "posh_ps_", false),
    ("raw_access_thread", "raw_access_thread_", false),
    ("registry_add", "registry_add_", false),
    ("registry_delete", "registry_delete_", false),
    ("registry_event", "registry_event_", false),
    ("registry_rename", "registry_rename_", false),
    ("registry_set", "registry_set_", false),
    ("webserver", "web_", false),
    ("antivirus", "av_", false),
];

const PRODUCTS: [(&str, &str); 8] = [
    ("aws", "aws_"),
    ("azure", "azure_"),
    ("gcp", "gcp_"),
    ("m365", "microsoft365_"),
    ("okta", "okta_"),
    ("onelogin", "onelogin_"),
    ("modsecurity", "modsec_"),
    ("github", "github_"),
];

/// Services of Windows that are not simply written behind `win_`.
const WINDOWS: [(&str, &str); 25] = [
    ("powershell", "posh_"),
    ("powershell-classic", "posh_pc_"),
    ("sysmon", "sysmon_"),
    ("applocker", "win_applocker_"),
    ("bits-client", "win_bits_client_"),
    ("codeintegrity-operational", "win_codeintegrity_"),
    ("diagnosis-scripted", "win_diagnosis_scripted_"),
    ("dns-server", "win_dns_server_"),
    ("dns-server-analytic", "win_dns_analytic_"),
    ("firewall-as", "win_firewall_as_"),
    ("msexchange-management", "win_exchange_"),
    ("openssh", "win_sshd_openssh_"),
    ("security", "win_security_"),
    ("security-mitigations", "win_security_mitigations_"),
    ("shell-core", "win_shell_core_"),
    ("system", "win_system_"),
    ("taskscheduler", "win_taskscheduler_"),
    ("terminalservices-localsessionmanager", "win_terminalservices_"),
    ("windefend", "win_defender_"),
    ("wmi", "win_wmi_"),
    ("application", "win_"),
    ("driver-framework", "win_"),
    ("ldap", "win_ldap_"),
    ("ntlm", "win_"),
    ("smbclient-security", "win_smbclient_"),
];
