// Rules for the mock: some of each state, with hits, costs and cases.
const DAY = 86_400e6;
const now = () => Date.now() * 1_000;

const PACKS = [
  {
    id: "ins_1",
    owner: "",
    name: "NetSentinel",
    kind: "bundled",
    origin: "/opt/netsentinel/content/rules",
    licence: "Apache License 2.0",
    rules: 9,
    failing: 0,
    added_at: now() - 40 * DAY,
    added_by: "",
    trouble: "",
  },
  {
    id: "rpk_2",
    owner: "default",
    name: "SigmaHQ core",
    kind: "archive",
    origin: "https://github.com/SigmaHQ/sigma, release r2026-10-01",
    licence: "Detection Rule License 1.1",
    rules: 5,
    failing: 1,
    added_at: now() - 3 * DAY,
    added_by: "ada",
  },
];

const TITLES = [
  ["Web Shell Command in a Request to an Upload Folder", "critical", ["", "webserver", ""], ["t1505.003"]],
  ["Download Into a Temporary Folder (Linux Audit)", "medium", ["linux", "", "auditd"], ["t1105"]],
  ["Canary Token Opened", "high", ["opencanary", "application", ""], ["t1046"]],
  ["PowerShell Started With an Encoded Command", "high", ["windows", "process_creation", ""], ["t1059.001"]],
  ["LSASS Memory Read by an Unusual Process", "critical", ["windows", "process_access", ""], ["t1003.001"]],
  ["Self-Signed Certificate on an Unusual Port", "informational", ["zeek", "", "ssl"], []],
  ["Log4Shell Lookup in an HTTP Header", "critical", ["zeek", "", "http"], ["t1190"]],
  ["SSH Login as Root After Many Failures", "high", ["linux", "", "sshd"], ["t1110.001", "t1078"]],
  ["Many Requests to the WordPress Log-In", "low", ["", "webserver", ""], ["t1110"]],
  ["DNS Query to a Dynamic DNS Provider", "medium", ["zeek", "", "dns"], ["t1568"]],
  ["Scheduled Task Created by a Script Host", "high", ["windows", "process_creation", ""], ["t1053.005"]],
  [
    "Suspicious Named Pipe Created by a Process With a Very Long and Telling Title",
    "medium",
    ["windows", "pipe_created", ""],
    ["t1055"],
  ],
  ["Shadow Copies Deleted by a System Tool", "critical", ["windows", "process_creation", ""], ["t1490"]],
  ["Rule With a Modifier Nobody Knows", "medium", ["windows", "", "security"], []],
];

const rules = TITLES.map(([title, level, [product, category, service], techniques], number) => {
  const pack = PACKS[number < 9 ? 0 : 1];
  const hits = [0, 31, 4, 1_204, 0, 88_412, 7, 519, 23][number % 9];
  const history = Array.from({ length: 30 }, (_, day) =>
    Math.round((hits * ((day * 7 + number * 13) % 11)) / 160),
  );
  return {
    id: `7d7f2a60-52c4-4b05-8c55-0000000000${String(number + 10)}`,
    title,
    level,
    state: number === 13 ? "failing" : number === 5 ? "disabled" : "enabled",
    error: number === 13 ? "No such modifier: 'sounds_like'" : "",
    maturity: "test",
    product,
    category,
    service,
    tags: techniques.map((technique) => `attack.${technique}`),
    pack_id: pack.id,
    pack: pack.name,
    owner: pack.owner,
    hits,
    last_hit_at: hits === 0 ? 0 : now() - (number + 1) * 1_900e6,
    history,
    cost: {
      patterns: number === 7 ? 0 : 4 + number,
      events: 41_200,
      evaluations: 960,
      nanoseconds: number === 7 ? 61e6 : 4_200 * number,
      ns_per_event: number === 7 ? 1_480 : (4_200 * number) / 412,
    },
  };
});

const source = (rule) => `title: ${rule.title}
id: ${rule.id}
status: test
description: |
    What it is about, in two sentences. What an analyst should look at next.
logsource:
    product: ${rule.product || "any"}
detection:
    selection_tool:
        Image|endswith:
            - '\\\\powershell.exe'
            - '\\\\pwsh.exe'
    selection_flag:
        CommandLine|contains|windash: ' -enc'
    filter_main_agent:
        ParentImage|endswith: '\\\\agent.exe'
    condition: all of selection_* and not 1 of filter_main_*
falsepositives:
    - Deployment tools
level: ${rule.level}
`;

const CASES = [
  {
    name: "hit.jsonl:1",
    expected: true,
    event: '{"Image":"C:\\\\Windows\\\\powershell.exe","CommandLine":"powershell -enc SQBFAFgA"}',
  },
  {
    name: "hit.jsonl:2",
    expected: true,
    event: '{"Image":"C:\\\\pwsh.exe","CommandLine":"pwsh /enc SQBFAFgA"}',
  },
  {
    name: "miss.jsonl:1",
    expected: false,
    event: '{"Image":"C:\\\\Windows\\\\powershell.exe","CommandLine":"powershell -File backup.ps1"}',
  },
];

function detail(rule) {
  const failing = rule.state === "failing";
  return {
    rule,
    pack: PACKS.find(({ id }) => id === rule.pack_id),
    path: `${rule.title.toLowerCase().replaceAll(/\W+/g, "_")}/rule.yml`,
    description: "Somebody started PowerShell with a command that is not meant to be read.\nDecode it first.",
    author: "Ann Example, Bob Example",
    licence: rule.owner === "" ? "Apache License 2.0" : "Detection Rule License 1.1",
    changed_on: "2026-01-02",
    false_positives: ["Deployment tools"],
    references: ["https://attack.mitre.org/techniques/T1059/001/"],
    source: source(rule),
    error_line: failing ? 9 : 0,
    error_column: failing ? 15 : 0,
    disabled:
      rule.state === "disabled"
        ? { by: "ada", at: now() - 2 * DAY, note: "Fires on every printer of the third floor." }
        : null,
    removable: rule.owner !== "" && rule.state === "failing",
    cases: rule.owner === "" ? CASES : [],
  };
}

const result = ({ name, expected }) => ({
  name,
  expected,
  fired: expected,
  passed: true,
  matched: expected
    ? [{ field: "CommandLine", value: "powershell -enc SQBFAFgA", condition: "contains ' -enc'" }]
    : [],
  error: "",
});

const CHECKED = {
  good: {
    rules: [
      {
        id: "r9",
        title: "Database dump requested",
        level: "medium",
        product: "",
        category: "webserver",
        service: "",
        tags: [],
        patterns: 3,
        takes_place_of: "",
      },
    ],
    faults: [],
  },
  bad: {
    rules: [],
    faults: [{ detail: "No such modifier: 'sounds_like'.", path: "rule.yml", line: 5, column: 9 }],
  },
};

function list(query, empty) {
  if (empty) return [];
  const order = query.get("order") ?? "title";
  const words = (query.get("q") ?? "").toLowerCase();
  return rules
    .filter((rule) => [rule.title, ...rule.tags].join(" ").toLowerCase().includes(words))
    .filter((rule) => !query.get("state") || query.get("state") === rule.state)
    .filter((rule) => !query.get("level") || query.get("level") === rule.level)
    .filter((rule) => !query.get("pack") || query.get("pack") === rule.pack)
    .toSorted((one, other) =>
      order === "hits"
        ? other.hits - one.hits
        : order === "cost"
          ? other.cost.ns_per_event - one.cost.ns_per_event
          : one.title.localeCompare(other.title),
    );
}

/** The body of an answer about rules; undefined when there is no such rule. */
export function answerRules(path, query, body, empty, page) {
  const [, id, verb] = /^\/api\/v2\/rules(?:\/([^/]+))?(?:\/(\w+))?$/.exec(path) ?? [];
  if (id === undefined) {
    const states = { enabled: 0, disabled: 0, failing: 0 };
    for (const rule of empty ? [] : rules) states[rule.state] += 1;
    const found = list(query, empty);
    return { ...page(found, query), total: found.length, states };
  }
  if (id === "packs") return { items: PACKS };
  if (id === "check") return body.text.includes("sounds_like") ? CHECKED.bad : CHECKED.good;
  const rule = rules.find((each) => each.id === id);
  if (rule === undefined) return undefined;
  if (verb === "enable" || verb === "disable") {
    rule.state = `${verb}d`;
    return rule;
  }
  if (verb === "test") return { passed: CASES.length, failed: 0, results: CASES.map(result) };
  return detail(rule);
}
