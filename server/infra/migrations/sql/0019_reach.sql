-- How people are reached: channels, quiet hours, web push, deliveries.
SELECT 1;
