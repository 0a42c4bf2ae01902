export default function Page() {
  return <h1 id="title">About the shop</h1>;
}
