// Runs before the first paint, so that the page never flashes in the other theme.
try {
  const theme = JSON.parse(localStorage.getItem("netsentinel.preferences") ?? "{}").theme;
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is blocked or damaged: the system's theme applies.
}
