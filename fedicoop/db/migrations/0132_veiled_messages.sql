-- What people of a closed house said stays, for nobody: and is shown again as it was when the house opens.
ALTER TABLE messages ADD COLUMN before_veil TEXT;   -- the state that it had
