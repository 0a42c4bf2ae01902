/** The state of an analysis, as the back end tells it. */
export interface Analysis {
  id: string;
  state: 'waiting' | 'running' | 'done' | 'failed';
}

// Where the back end answers; the image's build sets it ([build.args] of service.toml).
export const base: string = import.meta.env.VITE_API_BASE;

export async function analysis(id: string): Promise<Analysis> {
  const answer = await fetch(`${base}/analyses/${encodeURIComponent(id)}`);
  if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
  return (await answer.json()) as Analysis;
}
