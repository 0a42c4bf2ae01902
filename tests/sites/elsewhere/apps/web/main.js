document.getElementById('title').textContent = `${import.meta.env.BASE_URL} at ${location.pathname}`;
