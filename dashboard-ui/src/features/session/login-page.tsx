import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/button";
import { Field } from "@/components/field";
import { DEFAULT_TENANT, getPreferences, setPreferences } from "@/lib/preferences";
import { safeNext } from "@/lib/urls";
import { GateLayout, GateProblem } from "./gate-layout";
import styles from "./gate-layout.module.css";
import { PasswordField } from "./password-field";
import { authStateQuery, login, meQuery } from "./session-queries";

export function LoginPage() {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const { next, ended, tenant: named } = useSearch({ from: "/login" });
  const { data: state } = useQuery(authStateQuery);
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [tenant, setTenant] = useState(named ?? getPreferences().tenant);
  const [states, setStates] = useState(tenant !== DEFAULT_TENANT);

  const attempt = useMutation({
    mutationFn: () => login(username, password, tenant.trim() === "" ? DEFAULT_TENANT : tenant.trim()),
    onSuccess: async (me) => {
      setPreferences({ tenant: me.tenant });
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
        {states && (
          <Field
            label="Tenant"
            name="tenant"
            autoComplete="organization"
            autoCapitalize="off"
            spellCheck={false}
            maxLength={64}
            hint="As it was called when it was made: default, unless you were told another."
            value={tenant}
            onChange={(event) => setTenant(event.target.value)}
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
        {!states && (
          <Button look="quiet" onClick={() => setStates(true)}>
            Log in to another tenant
          </Button>
        )}
      </form>
    </GateLayout>
  );
}
