/** The frame around every page: header, navigation, the live connection and the shortcuts. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import {
  Link,
  lazyRouteComponent,
  Outlet,
  useNavigate,
  useRouter,
  useRouterState,
} from "@tanstack/react-router";
import { Suspense, useEffect, useRef, useState } from "react";
import { classes } from "@/components/classes";
import {
  AcademyIcon,
  AlertIcon,
  EventIcon,
  Logo,
  ModelIcon,
  MoreIcon,
  RuleIcon,
  SourceIcon,
  TaskIcon,
  ThreatIcon,
} from "@/components/icons";
import { Menu, MenuItem } from "@/components/menu";
import { Toaster, toastProblem } from "@/components/toaster";
import { LiveProvider } from "@/features/live/live-context";
import { LiveStatus } from "@/features/live/live-status";
import { AskingProvider } from "@/features/requests/asking";
import { RequestTray } from "@/features/requests/request-tray";
import { authStateQuery, logout, meQuery } from "@/features/session/session-queries";
import { TimeMenu, UserMenu } from "@/features/session/user-menu";
import { onLoggedOut } from "@/lib/api";
import { POSITIONS_KEY } from "@/lib/live";
import { DEFAULT_TENANT } from "@/lib/preferences";
import { isStatus } from "@/lib/problem";
import { useShortcut } from "@/lib/shortcuts";
import { LiveWiring } from "./live-wiring";
import styles from "./shell.module.css";

/** Whose data the demo plays; other tenants of its server have their own. */
const DEMO_TENANT = DEFAULT_TENANT;
const ShortcutSheet = lazyRouteComponent(() => import("./shortcut-sheet"), "ShortcutSheet");
const ChangePassword = lazyRouteComponent(
  () => import("@/features/session/change-password"),
  "ChangePassword",
);

const PAGES = [
  { to: "/alerts", name: "Alerts", Icon: AlertIcon },
  { to: "/threats", name: "Threats", Icon: ThreatIcon },
  { to: "/events", name: "Events", Icon: EventIcon },
  { to: "/sources", name: "Sources", Icon: SourceIcon },
  { to: "/rules", name: "Rules", Icon: RuleIcon },
  { to: "/models", name: "Models", Icon: ModelIcon },
  { to: "/graph", name: "Academy", Icon: AcademyIcon },
  { to: "/tasks", name: "Operations", Icon: TaskIcon },
] as const;

/** Pages that belong to one of these and have an address of their own, with the pages below them. */
const PARENTS: Readonly<Record<string, string>> = {
  "/suppressions": "/alerts",
  "/reviews": "/graph",
  "/coverage": "/graph",
  "/practice": "/graph",
  "/courses": "/graph",
  "/cohorts": "/graph",
  "/learn": "/graph",
  "/library": "/graph",
  "/dead-letters": "/tasks",
  "/breakers": "/tasks",
  "/schedules": "/tasks",
  "/webhooks": "/tasks",
  "/usage": "/tasks",
  "/people": "/tasks",
  "/connections": "/tasks",
};

export function Shell() {
  const queryClient = useQueryClient();
  const router = useRouter();

  /** Nothing of one person's session may be left for the next. */
  const leave = async (ended: boolean): Promise<void> => {
    const { href: next, pathname } = router.state.location;
    if (pathname === "/login") return; // several calls may find out at the same time
    await router.navigate({ to: "/login", search: ended ? { next, ended: "1" } : {}, replace: true });
    sessionStorage.removeItem(POSITIONS_KEY);
    queryClient.clear();
  };
  const [leaveOnce] = useState(() => leave);

  useEffect(() => onLoggedOut(() => void leaveOnce(true)), [leaveOnce]);

  const logOut = async (): Promise<void> => {
    try {
      await logout();
      await leave(false);
    } catch (error) {
      toastProblem("You are still logged in", error);
    }
  };
  const askSession = (): void => {
    queryClient.fetchQuery({ ...meQuery, staleTime: 0 }).catch((error: unknown) => {
      if (isStatus(error, 401)) void leave(true);
    });
  };

  return (
    <Toaster>
      <LiveProvider onRefused={askSession}>
        <LiveWiring>
          <AskingProvider>
            <Frame onLogOut={() => void logOut()} />
          </AskingProvider>
        </LiveWiring>
      </LiveProvider>
    </Toaster>
  );
}

function Frame({ onLogOut }: { readonly onLogOut: () => void }) {
  const [changes, setChanges] = useState(false);
  const [sheet, setSheet] = useState<"unasked" | "open" | "closed">("unasked");
  const { data: state } = useQuery(authStateQuery);
  const { data: me } = useQuery(meQuery);
  const main = useFocusAfterNavigation();
  const navigate = useNavigate();

  useShortcut("?", () => setSheet("open"));
  useShortcut("g a", () => void navigate({ to: "/alerts" }));
  useShortcut("g t", () => void navigate({ to: "/threats" }));
  useShortcut("g e", () => void navigate({ to: "/events" }));
  useShortcut("g r", () => void navigate({ to: "/rules" }));
  useShortcut("g m", () => void navigate({ to: "/models" }));
  useShortcut("g c", () => void navigate({ to: "/graph" }));
  useShortcut("g p", () => void navigate({ to: "/practice" }));
  useShortcut("g o", () => void navigate({ to: "/tasks" }));
  useShortcut("g s", () => void navigate({ to: "/sources" }));

  return (
    <div className={styles["frame"]}>
      <a className={styles["skip"]} href="#main">
        Skip to content
      </a>
      <header className={styles["topbar"]}>
        <Link to="/alerts" className={styles["brand"]} aria-label="NetSentinel">
          <Logo />
          <span className={styles["brandName"]}>NetSentinel</span>
        </Link>
        {state?.demo && me?.tenant === DEMO_TENANT && <span className={styles["demo"]}>Demo data</span>}
        <Navigation />
        <div className={styles["tools"]}>
          <LiveStatus />
          <RequestTray />
          <TimeMenu />
          <UserMenu
            onLogOut={onLogOut}
            onShortcuts={() => setSheet("open")}
            onPassword={() => setChanges(true)}
          />
        </div>
      </header>
      <main id="main" ref={main} tabIndex={-1} className={styles["main"]}>
        <Outlet />
      </main>
      {changes && (
        <Suspense>
          <ChangePassword onClose={() => setChanges(false)} />
        </Suspense>
      )}
      {sheet !== "unasked" && (
        <Suspense>
          <ShortcutSheet open={sheet === "open"} onClose={() => setSheet("closed")} />
        </Suspense>
      )}
    </div>
  );
}

/** On a phone so many stand at the bottom; the rest is behind "More". */
const IN_SIGHT = 4;

function Navigation() {
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const navigate = useNavigate();
  const parent = PARENTS[path] ?? PARENTS[`/${path.split("/", 2)[1] ?? ""}`];
  const rest = PAGES.slice(IN_SIGHT);
  const isInRest = rest.some(({ to }) => to === parent || path.startsWith(to));
  return (
    <nav className={styles["nav"]} aria-label="Main">
      {PAGES.map(({ to, name, Icon }, at) => (
        <Link
          key={to}
          to={to}
          className={classes(styles["navLink"], at >= IN_SIGHT && styles["wideOnly"])}
          preload="intent"
          activeOptions={{ includeSearch: false }}
          inactiveProps={to === parent ? { "aria-current": "page" } : {}}
        >
          <Icon /> {name}
        </Link>
      ))}
      <Menu
        trigger={
          <button
            type="button"
            className={classes(styles["navLink"], styles["narrowOnly"])}
            aria-current={isInRest ? "page" : undefined}
          >
            <MoreIcon /> More
          </button>
        }
      >
        {rest.map(({ to, name }) => (
          <MenuItem key={to} onSelect={() => void navigate({ to })}>
            {name}
          </MenuItem>
        ))}
      </Menu>
    </nav>
  );
}

/** After a click on a link that is gone with its page, the focus starts at the new page's content. */
function useFocusAfterNavigation() {
  const main = useRef<HTMLElement>(null);
  const router = useRouter();
  useEffect(
    () =>
      router.subscribe("onRendered", ({ pathChanged }) => {
        if (pathChanged && document.activeElement === document.body)
          main.current?.focus({ preventScroll: true });
      }),
    [router],
  );
  return main;
}
