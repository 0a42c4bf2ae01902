import { base } from '../api';

export default function Upload() {
  return (
    <form action={`${base}/samples`} method="post" encType="multipart/form-data">
      <h1>Upload a sample</h1>
      <input type="file" name="sample" accept="audio/*" required />
      <button type="submit">Upload</button>
    </form>
  );
}
