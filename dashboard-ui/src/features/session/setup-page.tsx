import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { type FormEvent, useEffect, useState } from "react";
import { Button, buttonClass } from "@/components/button";
import { Field } from "@/components/field";
import { GateLayout, GateProblem } from "./gate-layout";
import styles from "./gate-layout.module.css";
import { NewPasswordFields, useNewPassword } from "./new-password";
import { authStateQuery, meQuery, setUp } from "./session-queries";

/** The token of the printed link; it is taken out of the address bar and the history at once. */
function takeToken(): string {
  const token = new URLSearchParams(globalThis.location.hash.slice(1)).get("token") ?? "";
  if (token !== "") history.replaceState(history.state, "", globalThis.location.pathname);
  return token;
}

export function SetupPage() {
  const { data: state } = useQuery(authStateQuery);
  return (
    <GateLayout
      title="Set up NetSentinel"
      version={state?.version}
      intro="Create the first administrator. This page works once."
      aside={<NextSteps />}
    >
      {state?.setup_needed === false ? <AlreadyDone /> : <SetupForm />}
    </GateLayout>
  );
}

function AlreadyDone() {
  return (
    <>
      <p>This server has its administrator already.</p>
      <Link to="/login" className={buttonClass({ look: "primary" })}>
        Go to the log-in
      </Link>
    </>
  );
}

function NextSteps() {
  return (
    <ol className={styles["steps"]} aria-label="What comes next">
      <li aria-current="step">
        <strong>Administrator</strong>
        An account that may do everything on this server.
      </li>
      <li>
        <strong>First source</strong>
        Post events over HTTP, or replay a file with <code>netsentinel replay</code>.
      </li>
      <li>
        <strong>First alert</strong>
        It shows up live, with the fields and the rule that explain it.
      </li>
    </ol>
  );
}

function SetupForm() {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const [token, setToken] = useState("");
  const [linkToken, setLinkToken] = useState(takeToken);
  // The link may be pasted into a tab that has this page: only its hash is new.
  useEffect(() => {
    const take = (): void => setLinkToken((known) => takeToken() || known);
    globalThis.addEventListener("hashchange", take);
    return () => globalThis.removeEventListener("hashchange", take);
  }, []);
  const [username, setUsername] = useState("");
  const chosen = useNewPassword();

  const attempt = useMutation({
    mutationFn: () => setUp(linkToken || token.trim(), username, chosen.password),
    onSuccess: async (me) => {
      queryClient.setQueryData(meQuery.queryKey, me);
      await queryClient.invalidateQueries({ queryKey: authStateQuery.queryKey });
      await navigate({ to: "/alerts", replace: true });
    },
  });

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (chosen.check()) attempt.mutate();
  };

  return (
    <form className={styles["form"]} onSubmit={submit}>
      {linkToken === "" && (
        <Field
          label="Set-up token"
          hint="The server printed it when it started, at the end of the set-up link."
          required
          autoComplete="off"
          spellCheck={false}
          value={token}
          onChange={(event) => setToken(event.target.value)}
        />
      )}
      <Field
        label="Username"
        name="username"
        autoComplete="username"
        autoCapitalize="off"
        spellCheck={false}
        required
        value={username}
        onChange={(event) => setUsername(event.target.value)}
      />
      <NewPasswordFields label="Password" chosen={chosen} />
      {attempt.isError && <GateProblem error={attempt.error} />}
      <Button type="submit" look="primary" disabled={attempt.isPending}>
        {attempt.isPending ? "Creating…" : "Create administrator"}
      </Button>
    </form>
  );
}
