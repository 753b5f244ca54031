@timeStamps true
@classLabel true a b
@data
(2004-10-01 00:00:00,0.5),(2004-10-01 01:00:00,1.5):a
(0,2):b
