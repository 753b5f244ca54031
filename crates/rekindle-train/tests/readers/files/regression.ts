@problemName Flow
@dimensions 2
@equalLength false
@targetLabel true
@data
1,2,3:4,5,6:-0.25
7:8:1e2
