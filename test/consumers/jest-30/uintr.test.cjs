'use strict';
require('./common/jest.cjs');
