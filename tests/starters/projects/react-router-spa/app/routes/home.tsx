export default function Home() { return <h1>Hello React Router</h1>; }
