document.body.innerHTML = "<h1>Hello Rsbuild</h1>";
