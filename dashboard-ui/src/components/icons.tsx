/** The icons: 16 px, one stroke width, decorative (the text beside them, or the button's label, speaks). */
import type { ReactNode } from "react";

export interface IconProps {
  readonly size?: number;
  readonly className?: string | undefined;
}

function icon(name: string, body: ReactNode) {
  function Icon({ size = 16, className }: IconProps) {
    return (
      <svg
        className={className}
        width={size}
        height={size}
        viewBox="0 0 16 16"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
      >
        {body}
      </svg>
    );
  }
  Icon.displayName = name;
  return Icon;
}

export const AlertIcon = icon(
  "AlertIcon",
  <path d="M8 2 1.800 13.200h12.400L8 2Zm0 4.300v3.200m0 1.900v.1" />,
);
export const ThreatIcon = icon(
  "ThreatIcon",
  <>
    <circle cx="8" cy="8" r="5.500" />
    <circle cx="8" cy="8" r="2" />
    <path d="M8 .800v2.400m0 9.600v2.400M.800 8h2.400m9.600 0h2.400" />
  </>,
);
export const SourceIcon = icon(
  "SourceIcon",
  <>
    <ellipse cx="8" cy="3.800" rx="5.500" ry="2.200" />
    <path d="M2.500 3.800v8.400c0 1.200 2.500 2.200 5.500 2.200s5.500-1 5.500-2.200V3.800M2.500 8c0 1.200 2.500 2.200 5.500 2.200s5.500-1 5.500-2.200" />
  </>,
);
export const RuleIcon = icon(
  "RuleIcon",
  <path d="M3.500 2h9v12h-9V2Zm2.500 3.500h4m-4 2.500h4m-4 2.500h2.500" />,
);
export const ModelIcon = icon(
  "ModelIcon",
  <path d="M2 13.500h12M3 11c2.500 0 3-7 5-7s2.500 7 5 7M8 1.500v1" />,
);
export const AcademyIcon = icon(
  "AcademyIcon",
  <path d="M1.500 6 8 3l6.500 3L8 9 1.500 6Zm3 1.500v3.700c2 1.700 5 1.700 7 0V7.500" />,
);
export const PauseIcon = icon("PauseIcon", <path strokeWidth="2" d="M5.500 3.500v9m5-9v9" />);
export const PlayIcon = icon("PlayIcon", <path d="M5 3v10l8-5-8-5Z" />);
export const SearchIcon = icon(
  "SearchIcon",
  <>
    <circle cx="7" cy="7" r="4.500" />
    <path d="m10.500 10.500 3.700 3.700" />
  </>,
);
export const CloseIcon = icon("CloseIcon", <path d="m3.500 3.500 9 9m0-9-9 9" />);
export const CheckIcon = icon("CheckIcon", <path d="m2.800 8.500 3.400 3.400 7-7.600" />);
export const PlusIcon = icon("PlusIcon", <path d="M8 3v10M3 8h10" />);
export const MinusIcon = icon("MinusIcon", <path d="M3 8h10" />);
export const EventIcon = icon("EventIcon", <path d="M2.500 3.500h11m-11 3h11m-11 3h7m-7 3h9" />);
export const TaskIcon = icon(
  "TaskIcon",
  <path d="M2 4.500h5.500M5 8h7m-3 3.500h5M1.500 2.500v11" strokeWidth="1.700" />,
);
export const ConnectionIcon = icon(
  "ConnectionIcon",
  <path d="M5.500 1.500v3m5-3v3m-7 0h9v2.500a4.500 4.500 0 0 1-9 0V4.500Zm4.500 7v3" />,
);
export const RequestIcon = icon(
  "RequestIcon",
  <path d="M2 9.500h3.500l1 2h3l1-2H14M2 9.500v4h12v-4M2 9.500l2-7h8l2 7" />,
);
export const SendIcon = icon(
  "SendIcon",
  <path d="m2.500 8 11-5-3.500 10.500-2.500-4-5-1.500Zm5 1.500 6-6.500" />,
);
export const MoreIcon = icon("MoreIcon", <path strokeWidth="2.200" d="M3.500 8h.01M8 8h.01m4.490 0h.01" />);
export const CopyIcon = icon("CopyIcon", <path d="M5.500 5.500v-3h8v8h-3m-8-5h8v8h-8v-8Z" />);
export const ChevronDownIcon = icon("ChevronDownIcon", <path d="m4 6 4 4 4-4" />);
export const ChevronUpIcon = icon("ChevronUpIcon", <path d="m4 10 4-4 4 4" />);
export const ChevronLeftIcon = icon("ChevronLeftIcon", <path d="m10 3.500-4.500 4.500 4.500 4.500" />);
export const ArrowRightIcon = icon("ArrowRightIcon", <path d="M2.500 8h11m-4-4 4 4-4 4" />);
export const ArrowUpIcon = icon("ArrowUpIcon", <path d="M8 13.500v-11m-4 4 4-4 4 4" />);
export const ClockIcon = icon(
  "ClockIcon",
  <>
    <circle cx="8" cy="8" r="6" />
    <path d="M8 4.500V8l2.500 1.500" />
  </>,
);
export const UserIcon = icon(
  "UserIcon",
  <>
    <circle cx="8" cy="5.200" r="2.700" />
    <path d="M2.800 14c.500-2.800 2.500-4.200 5.200-4.200s4.700 1.400 5.200 4.200" />
  </>,
);
export const FilterIcon = icon("FilterIcon", <path d="M2 4h12M4.500 8h7M6.500 12h3" />);
export const KeyboardIcon = icon(
  "KeyboardIcon",
  <path d="M1.500 4h13v8.500h-13V4Zm3 2.700v.1m2.300-.1v.1m2.400-.1v.1m2.300-.1v.1M5 9.800h6" />,
);
export const LockIcon = icon(
  "LockIcon",
  <path d="M3 7.500h10v6.500H3V7.500Zm2.200 0V5a2.800 2.800 0 0 1 5.600 0v2.500M8 10v1.500" />,
);
export const RetryIcon = icon(
  "RetryIcon",
  <path d="M13.500 8a5.500 5.500 0 1 1-1.700-4m1.700-2v2.800h-2.800" />,
);
export const EyeIcon = icon(
  "EyeIcon",
  <>
    <path d="M1 8s2.500-4.700 7-4.700S15 8 15 8s-2.500 4.700-7 4.700S1 8 1 8Z" />
    <circle cx="8" cy="8" r="2" />
  </>,
);
export const LogOutIcon = icon("LogOutIcon", <path d="M6.500 2.500h-4v11h4M6 8h8m-3-3 3 3-3 3" />);

/** The mark: a shield with a pulse. */
export function Logo({ size = 24 }: { readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <path
        fill="var(--accent-fill)"
        d="M16 1.500 28 6v9.200c0 7-4.900 12.600-12 15.300C8.900 27.800 4 22.200 4 15.200V6z"
      />
      <path
        fill="none"
        stroke="var(--on-accent)"
        strokeWidth="2.600"
        strokeLinecap="round"
        strokeLinejoin="round"
        d="M9.500 17h3.200l2.500-6.500 3.400 11 2.300-4.500h2.600"
      />
    </svg>
  );
}
