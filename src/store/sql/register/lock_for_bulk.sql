-- Is anybody reading the empty register of the {called}? While it is filled in bulk, readers wait.
lock table {table} in access exclusive mode
