import { useEffect, useState } from 'react';
import { analysis, type Analysis } from '../api';

export default function AnalysisPage({ id }: { id: string }) {
  const [found, setFound] = useState<Analysis | string>('…');
  useEffect(() => {
    analysis(id).then(setFound, (error: Error) => setFound(error.message));
  }, [id]);
  return (
    <section>
      <h1>Analysis {id}</h1>
      <p>{typeof found === 'string' ? found : found.state}</p>
    </section>
  );
}
