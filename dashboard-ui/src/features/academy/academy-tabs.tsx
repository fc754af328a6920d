import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { TabsNav, tabClass } from "@/components/tabs-nav";
import { meQuery } from "@/features/session/session-queries";
import { may } from "@/lib/model";

/** The pages of the academy: one entry of the navigation, and these tabs. */
export function AcademyTabs() {
  const { data: me } = useQuery(meQuery);
  return (
    <TabsNav label="Academy">
      <Link to="/courses" className={tabClass}>
        Courses
      </Link>
      <Link to="/library" className={tabClass}>
        Library
      </Link>
      <Link to="/graph" className={tabClass} activeOptions={{ includeSearch: false }}>
        Graph
      </Link>
      <Link to="/reviews" className={tabClass} activeOptions={{ includeSearch: false }}>
        Review queue
      </Link>
      <Link to="/coverage" className={tabClass} activeOptions={{ includeSearch: false }}>
        Coverage
      </Link>
      <Link to="/practice" className={tabClass} activeOptions={{ exact: true, includeSearch: false }}>
        Practice
      </Link>
      <Link to="/practice/mastery" className={tabClass}>
        Mastery
      </Link>
      {may(me, "courses:teach") && (
        <Link to="/practice/drafts" className={tabClass}>
          To approve
        </Link>
      )}
    </TabsNav>
  );
}
