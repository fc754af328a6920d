/** An address with its port; IPv6 gets its brackets. */
export function endpoint(address: string, port: number): string {
  if (address === "" || port === 0) return address;
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
