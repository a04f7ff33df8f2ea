'use strict';
module.exports = { testEnvironment: 'node', testTimeout: 60_000, testMatch: ['**/*.test.cjs'] };
