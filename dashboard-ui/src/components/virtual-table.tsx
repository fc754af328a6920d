/** A real table of any length: only the rows near the screen exist, the window scrolls, j and k move. */
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";
import { classes } from "./classes";
import { ChevronDownIcon } from "./icons";
import { useRowKeys } from "./row-keys";
import styles from "./virtual-table.module.css";

export interface Column<T> {
  readonly id: string;
  readonly header: string;
  /** What choosing the header does, where it does something: the order of the list, as its title says. */
  readonly order?: {
    readonly title: string;
    /** Whether the list goes by this column, from its highest value down. */
    readonly inForce: boolean;
    readonly onChange: () => void;
  };
  readonly className?: string | undefined;
  readonly cell: (row: T) => ReactNode;
}

interface VirtualTableProps<T> {
  readonly label: string;
  readonly rows: readonly T[];
  readonly columns: readonly Column<T>[];
  readonly rowKey: (row: T) => string;
  readonly rowClass?: (row: T) => string | undefined;
  /** Pixels; rows are measured once they are drawn. */
  readonly rowHeight: number;
  readonly className?: string | undefined;
  /** More rows can be fetched; called when the end comes near. */
  readonly hasMore?: boolean;
  readonly onMore?: () => void;
}

const OVERSCAN = 12;

export function VirtualTable<T>(props: VirtualTableProps<T>) {
  const { label, rows, columns, rowKey, rowClass, rowHeight, className, hasMore = false, onMore } = props;
  const frame = useRef<HTMLTableElement>(null);
  const [top, setTop] = useState(0);

  useLayoutEffect(() => {
    const measure = (): void => setTop(frame.current?.offsetTop ?? 0);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, []);

  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => rowHeight,
    getItemKey: (index) => {
      const row = rows[index];
      return row === undefined ? index : rowKey(row);
    },
    measureElement: (element) => element.getBoundingClientRect().height || rowHeight,
    overscan: OVERSCAN,
    scrollMargin: top,
    scrollPaddingStart: 110,
  });
  const items = virtualizer.getVirtualItems();
  const before = Math.max(0, (items[0]?.start ?? top) - top);
  const after = Math.max(0, virtualizer.getTotalSize() - ((items.at(-1)?.end ?? top) - top));
  const last = items.at(-1)?.index ?? -1;
  const nearEnd = hasMore && last >= rows.length - OVERSCAN;

  useEffect(() => {
    if (nearEnd) onMore?.();
  }, [nearEnd, onMore]);

  useRowKeys(frame, rows.length, (index) => virtualizer.scrollToIndex(index, { align: "auto" }));

  return (
    <table
      ref={frame}
      role="table"
      className={classes(styles["table"], className)}
      aria-label={label}
      aria-rowcount={hasMore ? -1 : rows.length + 1}
    >
      <thead role="rowgroup" className={styles["head"]}>
        <tr role="row" aria-rowindex={1}>
          {columns.map((column) => (
            <th
              key={column.id}
              role="columnheader"
              scope="col"
              className={column.className}
              aria-sort={column.order?.inForce ? "descending" : undefined}
            >
              {column.order === undefined ? (
                column.header
              ) : (
                <button
                  type="button"
                  className={styles["order"]}
                  title={column.order.title}
                  onClick={column.order.onChange}
                >
                  {column.header}
                  {column.order.inForce && <ChevronDownIcon size={11} />}
                </button>
              )}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup" className={styles["body"]}>
        <Spacer height={before} />
        {items.map((item) => {
          const row = rows[item.index];
          if (row === undefined) return null;
          return (
            <tr
              key={item.key}
              ref={virtualizer.measureElement}
              role="row"
              data-index={item.index}
              aria-rowindex={item.index + 2}
              className={classes(styles["row"], rowClass?.(row))}
            >
              {columns.map((column) => (
                <td key={column.id} role="cell" className={column.className}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          );
        })}
        <Spacer height={after} />
      </tbody>
    </table>
  );
}

/** Of one column: a span over all would give room to those that a narrow window hides. */
function Spacer({ height }: { readonly height: number }) {
  if (height <= 0) return null;
  return (
    <tr aria-hidden="true" className={styles["spacer"]}>
      <td style={{ height }} />
    </tr>
  );
}
