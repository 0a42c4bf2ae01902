import { Page } from '@erp/ui';
import crane from './crane.png';

/** One project. */
export default function Project({ number }: { number: string }) {
  return (
    <Page title={`Project ${number}`}>
      <img src={crane} alt="" width={64} height={64} />
    </Page>
  );
}
