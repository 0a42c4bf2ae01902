import { Page } from '@erp/ui';
import { lazy, Suspense, useEffect, useState } from 'react';

const Project = lazy(() => import('./pages/project'));
const Settings = lazy(() => import('./pages/settings'));

/** Shows the page that the address names: the server answers every path with the same file. */
export function App() {
  const [path, setPath] = useState(location.pathname);
  useEffect(() => {
    const show = () => setPath(location.pathname);
    addEventListener('popstate', show);
    return () => removeEventListener('popstate', show);
  }, []);
  const go = (to: string) => {
    history.pushState(null, '', to);
    setPath(to);
  };
  const [, first, second] = path.split('/');
  return (
    <Suspense fallback={null}>
      <nav>
        <button id="settings" type="button" onClick={() => go('/settings')}>
          Settings
        </button>
      </nav>
      {first === 'projects' && second ? (
        <Project number={second} />
      ) : first === 'settings' ? (
        <Settings />
      ) : (
        <Page title={first ? 'No such page' : 'ERP'} />
      )}
    </Suspense>
  );
}
