const path = require('path'); const HtmlWebpackPlugin = require('html-webpack-plugin');
module.exports = { mode: 'production', entry: './src/index.js', devtool: 'source-map', plugins: [new HtmlWebpackPlugin({ title: 'Hello webpack' })], output: { filename: '[name].[contenthash].js', path: path.resolve(__dirname, 'dist'), clean: true } };
