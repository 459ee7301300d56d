//! Google Calendar on OXPI's calendar port.
