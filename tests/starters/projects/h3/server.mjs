import { H3, serve } from "h3";

const app = new H3().get("/", () => "Hello h3");

serve(app, { port: 3000 });
