/** As much of `node:assert/strict` as the tests need, for pages. */
const same = (one, other) => {
  if (Object.is(one, other)) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const [names, others] = [Object.keys(one), Object.keys(other)];
  return (
    names.length === others.length &&
    names.every((name) => Object.hasOwn(other, name) && same(one[name], other[name]))
  );
};

const check = (isSo, message) => {
  if (!isSo) throw new Error(message);
};

const matches = (error, expected) =>
  check(
    expected instanceof RegExp ? expected.test(String(error)) : expected(error),
    `another error: ${error}`,
  );

const text = (value) => JSON.stringify(value);

export default {
  ok: (value, message = "not so") => check(Boolean(value), message),
  equal: (one, other) => check(Object.is(one, other), `${text(one)} is not ${text(other)}`),
  deepEqual: (one, other) => check(same(one, other), `${text(one)} is not ${text(other)}`),
  throws: (work, expected) => {
    try {
      work();
    } catch (error) {
      matches(error, expected);
      return;
    }
    check(false, "nothing was thrown");
  },
  rejects: async (promise, expected) => {
    try {
      await promise;
    } catch (error) {
      matches(error, expected);
      return;
    }
    check(false, "it was not rejected");
  },
};
