import Link from 'next/link';

export default function Page() {
  return (
    <main>
      <h1 id="title">Shop</h1>
      <Link id="about" href="/about">
        About
      </Link>
    </main>
  );
}
