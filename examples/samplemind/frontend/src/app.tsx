import { lazy, Suspense } from 'react';

const Upload = lazy(() => import('./pages/upload'));
const AnalysisPage = lazy(() => import('./pages/analysis'));

export function App({ path }: { path: string }) {
  const [, id] = /^\/analyses\/([^/]+)$/.exec(path) ?? [];
  return (
    <main>
      <nav>
        <a href="/">SampleMind</a>
      </nav>
      <Suspense fallback={<p>…</p>}>{id ? <AnalysisPage id={decodeURIComponent(id)} /> : <Upload />}</Suspense>
    </main>
  );
}
