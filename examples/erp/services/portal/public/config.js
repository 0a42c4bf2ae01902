// Where the portal finds the ERP's services. Another place mounts another file over this one:
//   docker run -v ./config.js:/usr/share/nginx/html/config.js:ro erp/portal
window.CONFIG = { api: 'http://localhost:3001' };
