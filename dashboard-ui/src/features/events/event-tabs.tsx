import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { TabsNav, tabClass } from "@/components/tabs-nav";
import { meQuery } from "@/features/session/session-queries";
import { may } from "@/lib/model";

/** Searching and hunting; the latter for those who may. */
export function EventTabs() {
  const { data: me } = useQuery(meQuery);
  if (!may(me, "events:hunt")) return null;
  return (
    <TabsNav label="Events">
      <Link to="/events" className={tabClass} activeOptions={{ exact: true, includeSearch: false }}>
        Search
      </Link>
      <Link to="/events/hunt" className={tabClass} activeOptions={{ includeSearch: false }}>
        Hunt with SQL
      </Link>
    </TabsNav>
  );
}
