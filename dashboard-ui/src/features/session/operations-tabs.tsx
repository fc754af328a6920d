import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { TabsNav, tabClass } from "@/components/tabs-nav";
import { may } from "@/lib/model";
import { meQuery } from "./session-queries";

/** The pages about what the server does by itself: one entry of the navigation, and these tabs. */
export function OperationsTabs() {
  const { data: me } = useQuery(meQuery);
  return (
    <TabsNav label="Operations">
      <Link to="/tasks" className={tabClass} activeOptions={{ includeSearch: false }}>
        Tasks
      </Link>
      <Link to="/dead-letters" className={tabClass} activeOptions={{ includeSearch: false }}>
        Dead letters
      </Link>
      <Link to="/breakers" className={tabClass} activeOptions={{ includeSearch: false }}>
        Breakers
      </Link>
      <Link to="/schedules" className={tabClass} activeOptions={{ includeSearch: false }}>
        Schedules
      </Link>
      <Link to="/webhooks" className={tabClass} activeOptions={{ includeSearch: false }}>
        Webhooks
      </Link>
      <Link to="/usage" className={tabClass} activeOptions={{ includeSearch: false }}>
        Usage
      </Link>
      {(may(me, "users:manage") || may(me, "keys:manage")) && (
        <Link to="/people" className={tabClass} activeOptions={{ includeSearch: false }}>
          People & keys
        </Link>
      )}
      {may(me, "connections:read") && (
        <Link to="/connections" className={tabClass} activeOptions={{ includeSearch: false }}>
          Connections
        </Link>
      )}
    </TabsNav>
  );
}
