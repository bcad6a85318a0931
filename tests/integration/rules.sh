# Rules for the suites of pre-commit and of the action; sourced.

# good TITLE ID: a rule that the default profile has nothing against.
good() {
    cat <<RULE
title: $1
id: $2
status: experimental
description: Detects whoami started by an office program, which people have no use for
references:
    - https://example.org/whoami
author: A. Tester
date: 2026-01-15
tags:
    - attack.discovery
    - attack.t1033
logsource:
    category: process_creation
    product: windows
detection:
    selection:
        ParentImage|endswith: '\\winword.exe'
        CommandLine|contains: ' /sigwise'
        Image|endswith: '\\whoami.exe'
    condition: selection
falsepositives:
    - Unknown
level: high
RULE
}

# bad: a rule whose condition names a selection that is not there.
bad() { good "$@" | sed 's/condition: selection/condition: selektion/'; }

# id NUMBER: a version 4 UUID.
id() { printf '5a5f8f2c-7c39-4b6e-9c26-%012x' "$1"; }

# repository FOLDER: makes an empty git repository.
repository() {
    rm -rf "$1"
    mkdir -p "$1"
    git -C "$1" init --quiet --initial-branch=main
}

# says WHAT FILE: whether the file has this text.
says() {
    if ! grep -qF -- "$1" "$2"; then
        echo "no \`$1\` in: $(tail -n 20 "$2")"
        return 1
    fi
}

# is_silent_on WHAT FILE: whether it has not.
is_silent_on() {
    if grep -F -- "$1" "$2"; then return 1; fi
}

# The user who commits; whose checkout this is does not matter.
export GIT_CONFIG_GLOBAL=$scratch/gitconfig
git config --global user.name Tester
git config --global user.email tester@example.org
git config --global safe.directory '*'
git config --global commit.gpgsign false
