const Button = ({ label }) => <button>{label}</button>;
export default { title: 'Button', component: Button };
export const Primary = { args: { label: 'Hello' } };
