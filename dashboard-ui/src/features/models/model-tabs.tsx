import { Link } from "@tanstack/react-router";
import { TabsNav, tabClass } from "@/components/tabs-nav";

/** The pages about models: one entry of the navigation, and these tabs. */
export function ModelTabs() {
  return (
    <TabsNav label="Models">
      <Link to="/models" className={tabClass} activeOptions={{ includeSearch: false, exact: true }}>
        Registry
      </Link>
      <Link to="/models/training" className={tabClass}>
        Training
      </Link>
      <Link to="/models/monitoring" className={tabClass} activeOptions={{ includeSearch: false }}>
        Monitoring
      </Link>
    </TabsNav>
  );
}
