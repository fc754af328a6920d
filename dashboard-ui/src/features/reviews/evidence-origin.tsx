import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { mediumQuery } from "@/features/library/library-queries";

const MEDIUM = "medium:";

interface OriginProps {
  readonly origin: string;
  readonly position: string;
}

/** Where a sentence stands: the medium by its title, which leads there, and the heading above it. */
export function EvidenceOrigin({ origin, position }: OriginProps) {
  const id = origin.startsWith(MEDIUM) ? origin.slice(MEDIUM.length) : "";
  const { data } = useQuery({ ...mediumQuery(id), enabled: id !== "", retry: false });
  const place = position.replace(/^#/, "");
  return (
    <>
      {data === undefined ? (
        origin
      ) : (
        <Link to="/library/$medium" params={{ medium: id }}>
          {data.title || data.name}
        </Link>
      )}
      {place !== "" && ` · ${place}`}
    </>
  );
}
