import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/button";
import { Field } from "@/components/field";
import { safeNext } from "@/lib/urls";
import { GateLayout, GateProblem } from "./gate-layout";
import styles from "./gate-layout.module.css";
import { PasswordField } from "./password-field";
import { authStateQuery, login, meQuery } from "./session-queries";

export function LoginPage() {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const { next, ended } = useSearch({ from: "/login" });
  const { data: state } = useQuery(authStateQuery);
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");

  const attempt = useMutation({
    mutationFn: () => login(username, password),
    onSuccess: async (me) => {
      queryClient.setQueryData(meQuery.queryKey, me);
      await navigate({ to: safeNext(next), replace: true });
    },
  });

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    attempt.mutate();
  };

  return (
    <GateLayout
      title="Log in"
      version={state?.version}
      intro={
        ended === undefined
          ? "With the account of this server."
          : "Your session has ended. Log in to go on where you were."
      }
    >
      <form className={styles["form"]} onSubmit={submit}>
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
        <PasswordField
          label="Password"
          name="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        {attempt.isError && <GateProblem error={attempt.error} />}
        <Button type="submit" look="primary" disabled={attempt.isPending}>
          {attempt.isPending ? "Checking…" : "Log in"}
        </Button>
      </form>
    </GateLayout>
  );
}
