DROP TABLE member_choices;
DROP TABLE notifications;
