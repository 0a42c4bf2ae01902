export default { title: 'Docs', cleanUrls: true };
