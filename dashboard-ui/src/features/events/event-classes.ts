/** What OCSF's numbers of classes and severities mean. */

/** OCSF 1.x classes that the formats give. */
const CLASSES: Readonly<Record<number, string>> = {
  0: "Unclassified",
  1001: "File system activity",
  1002: "Kernel extension",
  1003: "Kernel activity",
  1005: "Module activity",
  1006: "Scheduled job",
  1007: "Process activity",
  1008: "Event log activity",
  1009: "Script activity",
  2004: "Detection finding",
  3001: "Account change",
  3002: "Authentication",
  3003: "Authorise session",
  3005: "User access",
  3006: "Group management",
  4001: "Network activity",
  4002: "HTTP activity",
  4003: "DNS activity",
  4004: "DHCP activity",
  4005: "RDP activity",
  4006: "SMB activity",
  4007: "SSH activity",
  4008: "FTP activity",
  4009: "Email activity",
  4010: "Network file activity",
  4011: "Email file activity",
  4013: "NTP activity",
  4014: "Tunnel activity",
  6001: "Web resources activity",
  6003: "API activity",
  6005: "Datastore activity",
  201001: "Registry key",
  201002: "Registry value",
  201004: "Windows service",
};

const SEVERITIES = ["Unknown", "Informational", "Low", "Medium", "High", "Critical", "Fatal"];

export const className = (uid: number): string => CLASSES[uid] ?? `Class ${uid}`;
export const severityName = (severity: number): string => SEVERITIES[severity] ?? `Severity ${severity}`;
