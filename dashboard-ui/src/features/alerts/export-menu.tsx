import { Button } from "@/components/button";
import { ChevronDownIcon } from "@/components/icons";
import { Menu, MenuItem, MenuNote, MenuSeparator } from "@/components/menu";
import { useFileRequest } from "@/features/requests/use-file-request";
import { type AlertSearch, toAlertQuery, toAlertsWanted } from "./alert-filter";

/** The browser fetches it by itself, with the session, while the server makes it: nothing has to fit into memory. */
function download(search: AlertSearch, format: "csv" | "json"): void {
  const link = document.createElement("a");
  link.href = `/api/v2/alerts/export?${new URLSearchParams({ ...toAlertQuery(search), format })}`;
  link.download = "";
  document.body.append(link);
  link.click();
  link.remove();
}

/** Every alert that the filters let through, as a file. */
export function ExportMenu({ search }: { readonly search: AlertSearch }) {
  const request = useFileRequest();
  const stix = (): void =>
    void request({
      action: "export.alerts",
      payload: { ...toAlertsWanted(search), format: "stix" },
      what: "The STIX bundle",
    });
  const report = (): void =>
    void request({ action: "reports.generate", payload: { format: "html" }, what: "The report" });
  return (
    <Menu
      trigger={
        <Button>
          Export <ChevronDownIcon />
        </Button>
      }
    >
      <MenuNote>All alerts that the filters let through</MenuNote>
      <MenuItem onSelect={() => download(search, "csv")}>CSV, for a spreadsheet</MenuItem>
      <MenuItem onSelect={() => download(search, "json")}>JSON, for a program</MenuItem>
      <MenuItem onSelect={stix}>STIX 2.1, to share with others</MenuItem>
      <MenuSeparator />
      <MenuItem onSelect={report}>Report of the last 7 days</MenuItem>
    </Menu>
  );
}
