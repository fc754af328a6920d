/** Where a label stands: at the right of its dot, or at the left of one whose picture ends before the label would. */
export function labelStart(dot: number, gap: number, width: number, room: number): number {
  const right = dot + gap;
  const left = dot - gap - width;
  return right + width > room && left >= 0 ? left : right;
}
