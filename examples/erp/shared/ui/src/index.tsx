import type { ReactNode } from 'react';

/** A page of the portal: its heading, and what is below it. */
export function Page({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <main>
      <h1 id="title">{title}</h1>
      {children}
    </main>
  );
}
