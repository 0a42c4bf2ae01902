import { Page } from '@erp/ui';

declare global {
  interface Window {
    CONFIG?: { api: string };
  }
}

/** What the place where the portal runs says of it. */
export default function Settings() {
  return (
    <Page title="Settings">
      <p id="api">{window.CONFIG?.api ?? 'nowhere'}</p>
    </Page>
  );
}
