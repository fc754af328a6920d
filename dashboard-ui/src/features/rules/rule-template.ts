/** A rule to begin with: valid as it stands, so that the check is green before the first change. */
export function rulePattern(id: string): string {
  return `title: Database dump requested
id: ${id}
status: experimental
description: A client asks a web server for a file that looks like a dump of a database.
tags:
    - attack.reconnaissance
    - attack.t1595.003
logsource:
    category: webserver
detection:
    selection:
        cs-uri|endswith:
            - .sql
            - .sql.gz
            - .dump
    condition: selection
falsepositives:
    - An administrator who fetches a dump on purpose
level: medium
`;
}
