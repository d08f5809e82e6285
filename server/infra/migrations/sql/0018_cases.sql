-- Cases, their timeline, the pages that go up the ladder until a person acknowledges.
SELECT 1;
