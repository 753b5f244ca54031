@timeStamps true
@targetLabel true
@data
(2004-10-01 00:00:00,0.5),(2004-10-01 01:00:00,1.5):3
(0,2):4.5
