const { VITE_PLAIN, VITE_MODE, VITE_LOCAL, VITE_API_URL } = import.meta.env;
document.getElementById('title').textContent = [__NAME__, VITE_PLAIN, VITE_MODE, VITE_LOCAL, VITE_API_URL, import.meta.env.VITE_FORGOTTEN].join(' ');
